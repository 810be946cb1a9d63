#pragma once

#include <yaml-cpp/yaml.h>

#include <string>

#include "runs/sweep/sweep_spec.h"

namespace symmetree {

/// The text after `platform.` or `workload.` as steps into a document. A document that is no mapping stays as it is: its reader refuses it.
void set_field(YAML::Node document, const std::string& dotted, const std::string& text);

/// A layers' field, `layers[PATTERN].field`, into the layers whose names match; anything else into the document. False when no name
/// matches.
bool set_workload_field(YAML::Node document, const std::string& field, const std::string& text);

/// Whether an axis set the field that a reader names: by its path, layers by their place in the list.
bool is_about(const std::string& swept, const std::string& read, const YAML::Node& document);

/// Throws input_error for axes of fields that there are not.
void refuse_unknown_fields(const sweep_spec& spec);

/// Throws input_error for two axes that set the same thing: the rows of one of them would tell values that were never used.
void refuse_double_fields(const sweep_spec& spec);

}  // namespace symmetree
