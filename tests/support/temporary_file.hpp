// A file that a test needs on the disk. Never left behind.
#pragma once

#if defined(_WIN32)
#include <direct.h>
#include <io.h>

#include "bedrock/os/windows.hpp"
#else
#include <stdlib.h>
#include <unistd.h>
#endif

#include <fstream>
#include <string>
#include <string_view>

/// A file that lives as long as the object, in a folder of its own.
class temporary_file {
  public:
    temporary_file(std::string const& name, std::string_view bytes) {
#if defined(_WIN32)
        static int number = 0;
        char folder[MAX_PATH + 1] = {};
        ::GetTempPathA(MAX_PATH, folder);
        folder_ = folder + ("bedrock-" + std::to_string(::GetCurrentProcessId()) + "-" + std::to_string(++number));
        ::_mkdir(folder_.c_str());
#else
        char folder[] = "/tmp/bedrock-cli-XXXXXX";
        if (::mkdtemp(folder) != nullptr) folder_ = folder;
#endif
        path_ = folder_ + "/" + name;
        std::ofstream(path_, std::ios::binary) << bytes;
    }
    temporary_file(temporary_file const&) = delete;
    temporary_file& operator=(temporary_file const&) = delete;
    ~temporary_file() {
#if defined(_WIN32)
        ::_unlink(path_.c_str());
        ::_rmdir(folder_.c_str());
#else
        ::unlink(path_.c_str());
        ::rmdir(folder_.c_str());
#endif
    }
    std::string const& path() const { return path_; }
    std::string const& folder() const { return folder_; }

  private:
    std::string folder_;
    std::string path_;
};
