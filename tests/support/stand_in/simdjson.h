// Stands in for simdjson where a target has no library of it: the part of its interface that the tests use, over the
// SDK's own reader. Never an oracle of that reader: tests tagged [oracle] are left out there.
#pragma once

#include "bedrock/json/number.hpp"
#include "bedrock/json/reader.hpp"

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace simdjson {

enum error_code {
    SUCCESS,
    INCORRECT_TYPE,
    NO_SUCH_FIELD,
    IO_ERROR,
    TAPE_ERROR,
    DEPTH_ERROR,
    STRING_ERROR,
    NUMBER_ERROR
};

inline char const* error_message(error_code code) {
    return code == SUCCESS ? "no error" : "some error";
}

template <class T>
class simdjson_result {
  public:
    simdjson_result(T value) : value_(std::move(value)) {}
    simdjson_result(error_code code) : code_(code) {}

    error_code error() const { return code_; }
    // The value itself, or what that holds.
    template <class U>
    error_code get(U& to) const {
        if (code_ != SUCCESS) return code_;
        if constexpr (std::is_same_v<T, U>) {
            to = value_;
            return SUCCESS;
        } else {
            return value_.get(to);
        }
    }
    auto operator[](std::string_view key) const { return code_ == SUCCESS ? value_[key] : T::none(code_); }

  private:
    T value_{};
    error_code code_ = SUCCESS;
};

class padded_string {
  public:
    padded_string() = default;
    explicit padded_string(std::string_view text) : text_(text) {}
    static simdjson_result<padded_string> load(std::string const& path) {
        std::ifstream file(path, std::ios::binary);
        if (!file) return IO_ERROR;
        return padded_string(std::string(std::istreambuf_iterator<char>(file), {}));
    }
    char const* data() const { return text_.data(); }
    std::size_t size() const { return text_.size(); }
    operator std::string_view() const { return text_; }

  private:
    std::string text_;
};

// By the table of RFC 3629, 4, byte by byte.
inline bool validate_utf8(char const* text, std::size_t size) {
    auto const in = [&](std::size_t at, unsigned low, unsigned high) {
        return at < size && static_cast<unsigned char>(text[at]) >= low && static_cast<unsigned char>(text[at]) <= high;
    };
    auto const tail = [&](std::size_t at) { return in(at, 0x80, 0xBF); };
    for (std::size_t at = 0; at < size;) {
        if (in(at, 0x00, 0x7F)) {
            at += 1;
        } else if (in(at, 0xC2, 0xDF) && tail(at + 1)) {
            at += 2;
        } else if (((in(at, 0xE0, 0xE0) && in(at + 1, 0xA0, 0xBF)) || (in(at, 0xE1, 0xEC) && tail(at + 1)) ||
                    (in(at, 0xED, 0xED) && in(at + 1, 0x80, 0x9F)) || (in(at, 0xEE, 0xEF) && tail(at + 1))) &&
                   tail(at + 2)) {
            at += 3;
        } else if (((in(at, 0xF0, 0xF0) && in(at + 1, 0x90, 0xBF)) || (in(at, 0xF1, 0xF3) && tail(at + 1)) ||
                    (in(at, 0xF4, 0xF4) && in(at + 1, 0x80, 0x8F))) &&
                   tail(at + 2) && tail(at + 3)) {
            at += 4;
        } else {
            return false;
        }
    }
    return true;
}

namespace dom {

enum class element_type { ARRAY, OBJECT, INT64, UINT64, DOUBLE, STRING, BOOL, NULL_VALUE };

struct node {
    element_type type = element_type::NULL_VALUE;
    std::string text;  // decoded, or as it stands
    std::vector<std::string> keys;
    std::vector<node> children;
};

class array;
class object;

class element {
  public:
    element() = default;
    explicit element(node const& of) : node_(&of) {}
    static simdjson_result<element> none(error_code code) { return code; }

    element_type type() const { return node_->type; }
    bool is_null() const { return type() == element_type::NULL_VALUE; }
    bool is_number() const {
        return type() == element_type::INT64 || type() == element_type::UINT64 || type() == element_type::DOUBLE;
    }
    simdjson_result<element> operator[](std::string_view key) const {
        for (std::size_t i = 0; i != node_->keys.size(); ++i)
            if (node_->keys[i] == key) return element(node_->children[i]);
        return NO_SUCH_FIELD;
    }
    simdjson_result<element> at_key(std::string_view key) const { return (*this)[key]; }

    error_code get(std::string_view& to) const {
        if (type() != element_type::STRING) return INCORRECT_TYPE;
        to = node_->text;
        return SUCCESS;
    }
    error_code get(bool& to) const {
        if (type() != element_type::BOOL) return INCORRECT_TYPE;
        to = node_->text == "true";
        return SUCCESS;
    }
    error_code get(std::int64_t& to) const {
        return type() == element_type::INT64 ? number(bedrock::json::parse_int64(node_->text, to)) : INCORRECT_TYPE;
    }
    error_code get(std::uint64_t& to) const {
        if (type() != element_type::INT64 && type() != element_type::UINT64) return INCORRECT_TYPE;
        to = 0;
        for (char const digit : node_->text) {
            if (digit == '-') return NUMBER_ERROR;
            to = to * 10 + static_cast<std::uint64_t>(digit - '0');
        }
        return SUCCESS;
    }
    error_code get(double& to) const {
        return is_number() ? number(bedrock::json::parse_double(node_->text, to)) : INCORRECT_TYPE;
    }
    inline error_code get(array& to) const;
    inline error_code get(object& to) const;

  private:
    friend class array;
    friend class object;
    friend std::string minify(element from);

    static error_code number(bedrock::json::fault code) {
        return code == bedrock::json::fault::none ? SUCCESS : NUMBER_ERROR;
    }
    node const* node_ = nullptr;
};

class array {
  public:
    class iterator {
      public:
        explicit iterator(node const* at) : at_(at) {}
        element operator*() const { return element(*at_); }
        iterator& operator++() { return ++at_, *this; }
        bool operator==(iterator const&) const = default;

      private:
        node const* at_;
    };
    iterator begin() const { return iterator(node_ == nullptr ? nullptr : node_->children.data()); }
    iterator end() const { return iterator(node_ == nullptr ? nullptr : node_->children.data() + size()); }
    std::size_t size() const { return node_ == nullptr ? 0 : node_->children.size(); }

  private:
    friend class element;
    node const* node_ = nullptr;
};

struct key_value_pair {
    std::string_view key;
    element value;
};

class object {
  public:
    class iterator {
      public:
        iterator(node const* of, std::size_t at) : node_(of), at_(at) {}
        key_value_pair operator*() const { return {node_->keys[at_], element(node_->children[at_])}; }
        iterator& operator++() { return ++at_, *this; }
        bool operator==(iterator const&) const = default;

      private:
        node const* node_;
        std::size_t at_;
    };
    iterator begin() const { return {node_, 0}; }
    iterator end() const { return {node_, node_ == nullptr ? 0 : node_->children.size()}; }
    simdjson_result<element> at_key(std::string_view key) const { return element(*node_)[key]; }

  private:
    friend class element;
    node const* node_ = nullptr;
};

inline error_code element::get(array& to) const {
    if (type() != element_type::ARRAY) return INCORRECT_TYPE;
    to.node_ = node_;
    return SUCCESS;
}

inline error_code element::get(object& to) const {
    if (type() != element_type::OBJECT) return INCORRECT_TYPE;
    to.node_ = node_;
    return SUCCESS;
}

// Without escapes: a text to compare.
inline std::string minify(element from) {
    auto const& of = *from.node_;
    if (from.type() == element_type::STRING) return '"' + of.text + '"';
    if (from.type() != element_type::ARRAY && from.type() != element_type::OBJECT) return of.text;
    std::string out(1, from.type() == element_type::ARRAY ? '[' : '{');
    for (std::size_t i = 0; i != of.children.size(); ++i) {
        if (i != 0) out += ',';
        if (!of.keys.empty()) out += '"' + of.keys[i] + "\":";
        out += minify(element(of.children[i]));
    }
    return out += from.type() == element_type::ARRAY ? ']' : '}';
}

class parser {
  public:
    simdjson_result<element> load(std::string const& path) {
        padded_string text;
        if (auto const code = padded_string::load(path).get(text); code != SUCCESS) return code;
        return parse(text);
    }
    simdjson_result<element> parse(char const* text, std::size_t size, bool = true) {
        return parse(std::string_view(text, size));
    }
    simdjson_result<element> parse(std::string_view text) {
        root_ = node();
        bedrock::json::reader from(text, {bedrock::json::depth_capacity});
        read(from, root_);
        if (!from.finish())
            return from.state().code == bedrock::json::fault::number_out_of_range ? NUMBER_ERROR : TAPE_ERROR;
        return element(root_);
    }

  private:
    static element_type number_type(std::string_view text) {
        std::int64_t value = 0;
        if (text.find_first_of(".eE") != std::string_view::npos) return element_type::DOUBLE;
        if (bedrock::json::parse_int64(text, value) == bedrock::json::fault::none) return element_type::INT64;
        bool const fits = text[0] != '-' && (text.size() < 20 || (text.size() == 20 && text <= "18446744073709551615"));
        return fits ? element_type::UINT64 : element_type::DOUBLE;
    }

    static void read(bedrock::json::reader& from, node& to) {
        using bedrock::json::value_kind;
        std::string_view text;
        bool truth = false;
        double number = 0;
        switch (from.peek()) {
            case value_kind::none:
                return;
            case value_kind::null:
                from.read_null();
                to.text = "null";
                return;
            case value_kind::boolean:
                from.read_bool(truth);
                to.type = element_type::BOOL;
                to.text = truth ? "true" : "false";
                return;
            case value_kind::number:
                if (!from.read_number(text)) return;
                if (bedrock::json::parse_double(text, number) != bedrock::json::fault::none)
                    return from.fail(bedrock::json::fault::number_out_of_range, from.offset());
                to.type = number_type(text);
                to.text = text;
                return;
            case value_kind::string:
                to.type = element_type::STRING;
                from.read_string(to.text);
                return;
            case value_kind::array:
                to.type = element_type::ARRAY;
                for (from.begin_array(); from.next_element();) read(from, to.children.emplace_back());
                return;
            case value_kind::object:
                to.type = element_type::OBJECT;
                for (from.begin_object(); from.next_member(text);) {
                    to.keys.emplace_back(text);
                    read(from, to.children.emplace_back());
                }
                return;
        }
    }

    node root_;
};

}  // namespace dom

using dom::minify;

}  // namespace simdjson
