// SPDX-License-Identifier: MIT
// Owns the promise that the client's code is compiled in another source file, the one that includes
// bedrock/extern_definitions.hpp. Never changes what the code does: bedrock.hpp and this header may meet in a program.
#ifndef BEDROCK_EXTERN_HPP
#define BEDROCK_EXTERN_HPP

#include "bedrock/bedrock.hpp"

/// The classes that hold the client's code: what each of them calls is compiled with them.
#define BEDROCK_CLIENT_CLASSES(instantiate)                     \
    instantiate class basic_client<void>;                       \
    instantiate struct basic_client_state<void>;                \
    instantiate class basic_event_reader<converse_stream_kind>; \
    instantiate class basic_imds_client<void>;                  \
    instantiate class basic_imds_provider<void>;                \
    instantiate class basic_instance_provider<void>;            \
    instantiate class basic_profile_files<void>

namespace bedrock::inline BEDROCK_ABI {

BEDROCK_CLIENT_CLASSES(extern template);

}  // namespace bedrock::inline BEDROCK_ABI

#endif
