// What one_stream.cpp does, by libcurl alone: the text is found by its place.
#include "measuring.hpp"

#include <cstdio>
#include <string>

#include <curl/curl.h>

int main(int count, char** arguments) {
    if (count < 2) return 2;
    std::string received;
    CURL* const easy = curl_easy_init();
    curl_slist* const headers = curl_slist_append(nullptr, "Content-Type: application/json");
    curl_easy_setopt(easy, CURLOPT_URL, (std::string(arguments[1]) + "/model/hello/converse-stream").c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
                     R"({"messages":[{"role":"user","content":[{"text":"Tell me a story."}]}]})");
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, static_cast<void*>(&received));
    curl_easy_setopt(
        easy, CURLOPT_WRITEFUNCTION, +[](char* data, std::size_t size, std::size_t times, void* to) {
            static_cast<std::string*>(to)->append(data, size * times);
            return size * times;
        });
    auto const code = curl_easy_perform(easy);
    curl_slist_free_all(headers);
    curl_easy_cleanup(easy);
    constexpr char before[] = R"("text":")";
    auto const at = received.find(before);
    if (code != CURLE_OK || at == std::string::npos) return std::fprintf(stderr, "%s\n", curl_easy_strerror(code)), 1;
    std::printf("%s %ld\n", received.substr(at + sizeof before - 1, 20).c_str(), bench::memory_kib("VmHWM:"));
}
