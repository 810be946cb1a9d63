#pragma once

#include <string>
#include <utility>
#include <vector>

#include "traces/figures.h"

namespace symmetree {

/// One line or cloud of points: its name and its x y values; a value that is not finite leaves a gap.
struct xy_series {
    std::string name;
    std::vector<std::pair<double, double>> points;
};

/// Cells of a matrix by colour, the first row at the top; a value that is not finite leaves its cell empty.
struct heat_map {
    std::string x, colour;       ///< titles of the horizontal axis and of the colours
    double left = 0, right = 1;  ///< what the horizontal axis reads at its ends
    std::vector<std::string> rows;
    std::vector<std::vector<double>> values;  ///< [row][column], equally long
};

// Parts of figures, as gnuplot's commands. `style` is one of gnuplot's: points, linespoints, steps.

std::string plot_number(double value);
std::string axis_titles(const std::string& x, const std::string& y);
/// The series in colours that repeat after ten.
std::string plot_of(const std::vector<xy_series>& all, const char* style);
/// The i-th of ten hues that colour-blind readers can tell apart.
const char* plot_colour(std::size_t i);
/// A name that leaves room for its bar.
std::string short_label(const std::string& text);

figure heat_map_figure(const std::string& name, const heat_map& map);

}  // namespace symmetree
