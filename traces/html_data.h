#pragma once

#include <string>
#include <vector>

#include "traces/study_view.h"

namespace symmetree {

/// JSON that stands safely inside a `<script type="application/json">`: no markup, no line separators of JavaScript.
std::string inert_json(std::string text);

/// What a page knows of a study before it looks at any value: columns and how they show, provenance, notes, reports in detail.
std::string study_json(const study& s, const std::vector<column_view>& views);

/// The values of one column. Numbers `[1,null,2.5]`; text, and numbers that repeat, as `{"values":[...],"codes":[0,-1,...]}`
/// with -1 for absent. Real numbers carry seven digits: a page shows five, and 100,000 points stay small.
std::string column_json(const study& s, std::size_t column, bool numeric);

}  // namespace symmetree
