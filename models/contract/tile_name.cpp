#include "models/contract/tile_name.h"

namespace symmetree {

namespace {

std::string part(const char* what, int index) { return what + std::to_string(index); }

std::string vector_of(const tile& t) { return t.first_vector > 0 ? part(" v", t.first_vector) : ""; }

std::string repeat_of(const tile& t) { return t.repeat > 0 ? part("r", t.repeat) + " " : ""; }

}  // namespace

std::string name_of(const tile& t) {
    const std::string pass = t.first_pass() ? "" : part(" w", t.weight_pass) + part(" a", t.activation_pass);
    return repeat_of(t) + part("n", t.n_block) + part(" k", t.k_block) + part(" m", t.m_block) + vector_of(t) + pass;
}

std::string block_name_of(const tile& t) { return repeat_of(t) + part("n", t.n_block) + part(" m", t.m_block) + vector_of(t); }

}  // namespace symmetree
