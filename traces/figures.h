#pragma once

#include <string>
#include <vector>

#include "traces/study.h"

namespace symmetree {

/// A figure for a paper: gnuplot commands with their data, without a terminal, so that one figure serves every format.
struct figure {
    std::string name;  ///< of its files: "energy_latency"
    std::string script;
    int rows = 0;  ///< bars below each other, for the figure's height; 0: none
};

enum class figure_format { svg, png };

/// Energy against latency with the front, energy by unit, area against width, latency by layer of each run in detail;
/// figures without anything to show are left out. Pure: the same study gives the same scripts.
std::vector<figure> figures_of(const study& s);

/// The whole of gnuplot's input: terminal, size and the figure.
std::string gnuplot_script(const figure& f, figure_format format);

/// Text as gnuplot shows it, whatever it holds: single quotes, in which nothing is substituted.
std::string gnuplot_quoted(const std::string& text);

}  // namespace symmetree
