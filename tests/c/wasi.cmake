# Builds the C tests as WASI programs with the library's SIMD128 kernels in them, and runs them under Node:
#
#     EMSCRIPTEN_ROOT=$(web/toolchain.sh) cmake -B build/wasi -DCMAKE_TOOLCHAIN_FILE=tests/c/wasi.cmake
#
# They are linked with Emscripten's libc; the modules of dist/ need none of it.
include($ENV{EMSCRIPTEN_ROOT}/cmake/Modules/Platform/Emscripten.cmake)
set(CMAKE_EXECUTABLE_SUFFIX_C .wasm)
set(CMAKE_EXECUTABLE_SUFFIX .wasm)
set(CMAKE_CROSSCOMPILING_EMULATOR node --expose-gc --no-warnings ${CMAKE_CURRENT_LIST_DIR}/wasi.mjs)
set(CMAKE_C_FLAGS_INIT "-msimd128 -mbulk-memory -mnontrapping-fptoint")
set(CMAKE_ASM_FLAGS_INIT "-msimd128")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-sSTANDALONE_WASM -sINITIAL_MEMORY=512MB -sSTACK_SIZE=1MB")
set(BERTWEET_TESTS ON)
