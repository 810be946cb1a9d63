# cmake -D OUTPUT=parts.cpp -D LIBRARY=chart.min.js -P embed.cmake: writes page, style, library and script as C++ strings.
cmake_minimum_required(VERSION 3.25)
set(folder "${CMAKE_CURRENT_LIST_DIR}")

file(READ "${folder}/page.html" page)
file(READ "${folder}/page.css" style)
file(READ "${LIBRARY}" library)
set(script "\"use strict\";\n")
foreach(name study filter theme tables charts pareto sections page)
  file(READ "${folder}/${name}.js" piece)
  string(APPEND script "${piece}")
endforeach()

set(code "#include \"traces/html/parts.h\"\n\nnamespace symmetree::html_parts {\n")
foreach(name page style library script)
  string(SHA256 digest "${${name}}")
  string(APPEND code "const part ${name}{R\"embedded(${${name}})embedded\", \"${digest}\"};\n")
endforeach()
file(WRITE "${OUTPUT}" "${code}}  // namespace symmetree::html_parts\n")
