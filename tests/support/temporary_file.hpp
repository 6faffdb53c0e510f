// A file that a test needs on the disk. Never left behind.
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <string_view>

/// A file that lives as long as the object, in a folder of its own.
class temporary_file {
  public:
    temporary_file(std::string const& name, std::string_view bytes) {
        char folder[] = "/tmp/bedrock-cli-XXXXXX";
        if (::mkdtemp(folder) != nullptr) folder_ = folder;
        path_ = folder_ + "/" + name;
        std::ofstream(path_, std::ios::binary) << bytes;
    }
    temporary_file(temporary_file const&) = delete;
    temporary_file& operator=(temporary_file const&) = delete;
    ~temporary_file() {
        ::unlink(path_.c_str());
        ::rmdir(folder_.c_str());
    }
    std::string const& path() const { return path_; }
    std::string const& folder() const { return folder_; }

  private:
    std::string folder_;
    std::string path_;
};
