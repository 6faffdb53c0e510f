# Runs the portfile of PORT_FOLDER without vcpkg: each of its functions does the part that this port relies on.
#   cmake -DPORT_FOLDER=... -DPACKAGES=... -DWORK=... -P vcpkg_functions.cmake
cmake_minimum_required(VERSION 3.18)
set(PORT bedrock)
set(CURRENT_PACKAGES_DIR "${PACKAGES}")

function(run_cmake)
  execute_process(COMMAND "${CMAKE_COMMAND}" ${ARGN} RESULT_VARIABLE result)
  if(result)
    message(FATAL_ERROR "cmake ${ARGN}: ${result}")
  endif()
endfunction()

function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "SOURCE_PATH" "")
  if(arg_UNPARSED_ARGUMENTS OR NOT EXISTS "${arg_SOURCE_PATH}/CMakeLists.txt")
    message(FATAL_ERROR "vcpkg_cmake_configure(${ARGV})")
  endif()
  run_cmake(-S "${arg_SOURCE_PATH}" -B "${WORK}" -G Ninja "-DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR}")
endfunction()

function(vcpkg_cmake_install)
  run_cmake(--build "${WORK}" --target install)
endfunction()

# vcpkg moves the folder, and rewrites the one line that finds the prefix from the file's own folder.
function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "CONFIG_PATH" "")
  file(RENAME "${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}" "${CURRENT_PACKAGES_DIR}/share/${PORT}")
  get_filename_component(parent "${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}" DIRECTORY)
  file(REMOVE_RECURSE "${parent}")
  set(config "${CURRENT_PACKAGES_DIR}/share/${PORT}/${PORT}-config.cmake")
  file(READ "${config}" text)
  set(line "get_filename_component(PACKAGE_PREFIX_DIR \"\${CMAKE_CURRENT_LIST_DIR}/../../..\" ABSOLUTE)")
  string(FIND "${text}" "${line}" position)
  if(position EQUAL -1)
    message(FATAL_ERROR "${config} has no line that vcpkg_cmake_config_fixup rewrites: ${line}")
  endif()
  string(REPLACE "${line}" "get_filename_component(PACKAGE_PREFIX_DIR \"\${CMAKE_CURRENT_LIST_DIR}/../..\" ABSOLUTE)" text "${text}")
  file(WRITE "${config}" "${text}")
endfunction()

function(vcpkg_fixup_pkgconfig)
endfunction()

function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "FILE_LIST")
  file(INSTALL ${arg_FILE_LIST} DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
  file(RENAME "${CURRENT_PACKAGES_DIR}/share/${PORT}/LICENSE" "${CURRENT_PACKAGES_DIR}/share/${PORT}/copyright")
endfunction()

include("${PORT_FOLDER}/portfile.cmake")
