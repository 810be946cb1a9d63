#pragma once

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <string>

namespace symmetree {

/// 36 characters that stand for `text`: a version-5 UUID (RFC 4122), cut from its SHA-1.
inline std::string digest_of(const std::string& text) {
    return boost::uuids::to_string(boost::uuids::name_generator_sha1(boost::uuids::ns::url())(text));
}

}  // namespace symmetree
