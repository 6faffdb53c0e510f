#include <bedrock/extern_definitions.hpp>
