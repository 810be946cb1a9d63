# Writes FOLDER/fast.cpp and slow.cpp, which include what Verilator wrote there: its file names carry hashes, which a build
# rule cannot name. Slow is what runs once.
file(GLOB sources RELATIVE "${FOLDER}" "${FOLDER}/V*.cpp")
foreach(part fast slow)
  set(text "")
  foreach(source ${sources})
    if((source MATCHES "Slow|Syms" AND part STREQUAL slow) OR (NOT source MATCHES "Slow|Syms" AND part STREQUAL fast))
      string(APPEND text "#include \"${source}\"\n")
    endif()
  endforeach()
  file(WRITE "${FOLDER}/${part}.cpp" "${text}")
endforeach()
