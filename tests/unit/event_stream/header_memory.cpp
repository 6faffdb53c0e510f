#include "bedrock/event_stream/header_memory.hpp"

#include "support/guarded_buffer.hpp"

#include "support/catch.hpp"

#include <string>

using bedrock::as_bytes;
using bedrock::event_stream::header_memory;

TEST_CASE("a block is known when every byte of it is that of the last", "[event_stream]") {
    for (std::size_t size = 1; size <= header_memory::capacity; ++size) {
        std::string const block(size, 'h');
        guarded_buffer const guarded(block);
        header_memory memory;
        CHECK_FALSE(memory.knows(guarded.bytes()));
        memory.keep(guarded.bytes());
        REQUIRE(memory.knows(guarded.bytes()));
        REQUIRE_FALSE(memory.knows(guarded.bytes().first(size - 1)));
        REQUIRE_FALSE(memory.knows(as_bytes(block + "h")));
        for (std::size_t at = 0; at < size; ++at) {
            auto other = block;
            other[at] = 'x';
            if (memory.knows(as_bytes(other))) FAIL("byte " << at << " of " << size << " is not compared");
        }
    }
}

TEST_CASE("an empty block, a long one and a forgotten one are not known", "[event_stream]") {
    header_memory memory;
    CHECK_FALSE(memory.knows({}));
    memory.keep({});
    CHECK_FALSE(memory.knows({}));
    std::string const longest(header_memory::capacity, 'h');
    memory.keep(as_bytes(longest));
    CHECK(memory.knows(as_bytes(longest)));
    memory.keep(as_bytes(longest + "h"));
    CHECK_FALSE(memory.knows(as_bytes(longest)));
    CHECK_FALSE(memory.knows(as_bytes(longest + "h")));
    memory.keep(as_bytes("short"));
    CHECK(memory.knows(as_bytes("short")));
    memory.forget();
    CHECK_FALSE(memory.knows(as_bytes("short")));
}
