// What the rest of the project sees of the SDK.
#ifndef ASSISTANT_HPP
#define ASSISTANT_HPP

#include <string>

namespace assistant {

struct reply {
    std::string text;   // of the model
    std::string error;  // why there is none
};

reply ask(std::string const& question, std::string const& endpoint);

}  // namespace assistant

#endif
