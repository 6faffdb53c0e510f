#pragma once

#include <string>

/// The model's answer, or what went wrong.
std::string ask(std::string question);
