// SPDX-License-Identifier: MIT
// Owns the words for what the system refuses.
// Never asks strerror, which is not safe in threads: the errors that people meet have words here, the others a number.
#ifndef BEDROCK_OS_ERROR_TEXT_HPP
#define BEDROCK_OS_ERROR_TEXT_HPP

#include "bedrock/config.hpp"

#include <cerrno>
#include <string>

namespace bedrock::inline BEDROCK_ABI::os {

namespace detail {

/// "no such file or directory", for an errno.
std::string system_error_text(int code);

}  // namespace detail

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline std::string system_error_text(int code) {
    switch (code) {
        case EACCES:
        case EPERM:
            return "permission denied";
        case ENOENT:
            return "no such file or directory";
        case EISDIR:
            return "is a directory";
        case ENOTDIR:
            return "a part of the path is not a directory";
        case ENOSPC:
            return "no space left on the device";
        case EROFS:
            return "the file system is read-only";
        case EMFILE:
        case ENFILE:
            return "too many open files";
        case ENOMEM:
            return "out of memory";
        case EAGAIN:
            return "out of processes";
        case EFBIG:
            return "the file would be too large";
        case ELOOP:
            return "too many symbolic links";
        case ENAMETOOLONG:
            return "the name is too long";
#if defined(EDQUOT)
        case EDQUOT:
            return "the disk quota is used up";
#endif
        default:
            return "system error " + std::to_string(code);
    }
}

}  // namespace detail

}  // namespace bedrock::inline BEDROCK_ABI::os

#endif
