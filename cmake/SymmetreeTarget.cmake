# One place for what every target of the project shares.
#   symmetree_library(NAME ROOM room SOURCES ... [USES libs] [PRIVATE_USES libs])
#   symmetree_executable(NAME ROOM room SOURCES ... [USES libs])
# A room is a folder of the root. A target sees the headers of its own room and of the rooms of what it uses, under the room's name, and no
# others: an include that a link line does not allow does not compile. docs/architecture.md has the rooms, tests/architecture checks folders.

# The folder to search for "room/...": it holds a link to the room and nothing else.
function(symmetree_room_folder room variable)
  set(folder "${PROJECT_BINARY_DIR}/rooms/${room}")
  if(NOT EXISTS "${folder}/${room}")
    file(MAKE_DIRECTORY "${folder}")
    file(CREATE_LINK "${PROJECT_SOURCE_DIR}/${room}" "${folder}/${room}" SYMBOLIC)
  endif()
  set(${variable} "${folder}" PARENT_SCOPE)
endfunction()

function(symmetree_compile_options target room)
  # The last two: false alarms of GCC 12 at -O3, in std::optional and in fmt 9. clang-tidy looks for the real ones.
  # -ffp-contract=off: the same doubles on every CPU. No -march: integer kernels choose at run time.
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow=local -Wconversion -Wno-sign-conversion
                         -Werror=unused-parameter -Werror=return-type -Werror=switch -ffp-contract=off
                         -Wno-maybe-uninitialized -Wno-stringop-overflow)
  # Tests run for seconds and are compiled for minutes; sanitizers' checks take most of it, and half of that to optimise.
  if(room STREQUAL tests AND SYMMETREE_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  elseif(room STREQUAL tests AND CMAKE_BUILD_TYPE STREQUAL Release)
    target_compile_options(${target} PRIVATE -O1)
  endif()
  if(SYMMETREE_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${SYMMETREE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=${SYMMETREE_SANITIZE})
  endif()
endfunction()

function(symmetree_options target room)
  symmetree_room_folder("${room}" folder)
  target_include_directories(${target} PUBLIC "${folder}")
  symmetree_compile_options(${target} ${room})
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${SYMMETREE_UNITY})
endfunction()

# Sources that a unity build (SYMMETREE_UNITY: several files compiled as one) leaves apart: for a name that a neighbour has, too, or for an
# instruction set of their own.
function(symmetree_apart)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

function(symmetree_library target)
  cmake_parse_arguments(ARG "" "ROOM" "SOURCES;USES;PRIVATE_USES" ${ARGN})
  add_library(${target} STATIC ${ARG_SOURCES})
  symmetree_options(${target} "${ARG_ROOM}")
  target_link_libraries(${target} PUBLIC ${ARG_USES} PRIVATE ${ARG_PRIVATE_USES})
endfunction()

function(symmetree_executable target)
  cmake_parse_arguments(ARG "" "ROOM" "SOURCES;USES" ${ARGN})
  add_executable(${target} ${ARG_SOURCES})
  symmetree_options(${target} "${ARG_ROOM}")
  target_link_libraries(${target} PRIVATE ${ARG_USES})
endfunction()
