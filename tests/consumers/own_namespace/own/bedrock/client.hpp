// The project's own namespace bedrock. Each of these names is one of the SDK's too, with another meaning.
#ifndef OWN_BEDROCK_CLIENT_HPP
#define OWN_BEDROCK_CLIENT_HPP

#include <string>

namespace bedrock {

inline constexpr char version_text[] = "own";

namespace json {
struct reader {
    int depth = 7;
};
}  // namespace json

struct error {
    int layer = 3;
};

class client {
  public:
    client() : name_("granite") {}
    std::string const& name() const { return name_; }
    error last() const { return {}; }

  private:
    std::string name_;
};

}  // namespace bedrock

#endif
