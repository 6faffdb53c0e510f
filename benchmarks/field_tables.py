#!/usr/bin/env python3
"""What one described struct costs at compile time, by form of description.

Generates N structs of four members (text, optional integer, list of structs, optional struct), each of them read and
written, and compiles the same set in three forms:

  A  one reader and one writer template instantiated per struct
  B  a constexpr table per struct with offsetof, run by one interpreter
  C  the same table and interpreter with an accessor function per member instead of the offset

and prints processor seconds (median of the runs, less those of an empty unit with the same includes) and KB of text and
data.
JSON itself is only declared here: what is measured is the description. Usage: field_tables.py [structs] [runs]
"""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

COMMON = r"""
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

struct reader {
    bool begin_object();
    bool next_member(std::string_view& key);
    bool begin_array();
    bool next_element();
    bool read_int64(std::int64_t& value);
    bool read_string(std::string& value);
    bool skip();
};
struct writer {
    void begin_object();
    void end_object();
    void begin_array();
    void end_array();
    void key(std::string_view name);
    void string(std::string_view text);
    void number(std::int64_t value);
};
"""

TEMPLATES = r"""
template <class T>
struct fields;
template <class T>
bool read(reader& in, T& value);
template <class T>
void write(writer& out, T const& value);

inline bool read(reader& in, std::string& value) { return in.read_string(value); }
inline bool read(reader& in, std::int32_t& value) {
    std::int64_t wide = 0;
    if (!in.read_int64(wide) || wide != static_cast<std::int32_t>(wide)) return false;
    value = static_cast<std::int32_t>(wide);
    return true;
}
template <class T>
bool read(reader& in, std::optional<T>& value) {
    return read(in, value.emplace());
}
template <class T>
bool read(reader& in, std::vector<T>& value) {
    if (!in.begin_array()) return false;
    while (in.next_element())
        if (!read(in, value.emplace_back())) return false;
    return true;
}
template <class T>
bool read(reader& in, T& value) {
    if (!in.begin_object()) return false;
    std::string_view key;
    while (in.next_member(key)) {
        bool good = true;
        bool const known = fields<T>::each([&](std::string_view name, auto member) {
            if (name != key) return false;
            good = read(in, value.*member);
            return true;
        });
        if (!good || (!known && !in.skip())) return false;
    }
    return true;
}
inline void write(writer& out, std::string const& value) { out.string(value); }
inline void write(writer& out, std::int32_t value) { out.number(value); }
inline bool absent(std::string const& value) { return value.empty(); }
template <class T>
bool absent(std::optional<T> const& value) {
    return !value;
}
template <class T>
bool absent(std::vector<T> const& value) {
    return value.empty();
}
template <class T>
void write(writer& out, std::optional<T> const& value) {
    write(out, *value);
}
template <class T>
void write(writer& out, std::vector<T> const& value) {
    out.begin_array();
    for (auto const& element : value) write(out, element);
    out.end_array();
}
template <class T>
void write(writer& out, T const& value) {
    out.begin_object();
    fields<T>::each([&](std::string_view name, auto member) {
        if (absent(value.*member)) return false;
        out.key(name);
        write(out, value.*member);
        return false;
    });
    out.end_object();
}
"""

TABLES = r"""
enum class shape : unsigned char { text, int32, optional, list, structure };
struct type;
struct field {
    std::string_view name;
    ACCESS_MEMBER
    type const* of;
};
struct elements {
    void const* first;
    std::size_t count;
};
struct type {
    shape kind;
    std::size_t size = 0;
    type const* inner = nullptr;
    field const* fields = nullptr;
    std::size_t field_count = 0;
    void* (*add)(void*) = nullptr;
    elements (*view)(void const*) = nullptr;
};
template <class T>
struct fields;
template <class T>
struct describe;
template <class T>
inline constinit type const type_of = describe<T>::make();
template <class T>
struct describe {
    static constexpr type make() {
        return {shape::structure, sizeof(T), nullptr, fields<T>::table, std::size(fields<T>::table)};
    }
};
template <>
struct describe<std::string> {
    static constexpr type make() { return {shape::text}; }
};
template <>
struct describe<std::int32_t> {
    static constexpr type make() { return {shape::int32}; }
};
template <class T>
struct describe<std::optional<T>> {
    static void* add(void* at) { return &static_cast<std::optional<T>*>(at)->emplace(); }
    static elements view(void const* at) {
        auto const& value = *static_cast<std::optional<T> const*>(at);
        return {value ? &*value : nullptr, value ? std::size_t{1} : 0};
    }
    static constexpr type make() { return {shape::optional, sizeof(T), &type_of<T>, nullptr, 0, add, view}; }
};
template <class T>
struct describe<std::vector<T>> {
    static void* add(void* at) { return &static_cast<std::vector<T>*>(at)->emplace_back(); }
    static elements view(void const* at) {
        auto const& value = *static_cast<std::vector<T> const*>(at);
        return {value.data(), value.size()};
    }
    static constexpr type make() { return {shape::list, sizeof(T), &type_of<T>, nullptr, 0, add, view}; }
};

inline bool read(reader& in, type const& of, void* at) {
    switch (of.kind) {
        case shape::text:
            return in.read_string(*static_cast<std::string*>(at));
        case shape::int32: {
            std::int64_t wide = 0;
            if (!in.read_int64(wide) || wide != static_cast<std::int32_t>(wide)) return false;
            *static_cast<std::int32_t*>(at) = static_cast<std::int32_t>(wide);
            return true;
        }
        case shape::optional:
            return read(in, *of.inner, of.add(at));
        case shape::list:
            if (!in.begin_array()) return false;
            while (in.next_element())
                if (!read(in, *of.inner, of.add(at))) return false;
            return true;
        case shape::structure: {
            if (!in.begin_object()) return false;
            std::string_view key;
            while (in.next_member(key)) {
                field const* found = nullptr;
                for (std::size_t i = 0; i < of.field_count && !found; ++i)
                    if (of.fields[i].name == key) found = of.fields + i;
                if (found ? !read(in, *found->of, ACCESS(*found, at)) : !in.skip()) return false;
            }
            return true;
        }
    }
    return false;
}
inline bool absent(type const& of, void const* at) {
    switch (of.kind) {
        case shape::text:
            return static_cast<std::string const*>(at)->empty();
        case shape::optional:
        case shape::list:
            return of.view(at).count == 0;
        default:
            return false;
    }
}
inline void write(writer& out, type const& of, void const* at) {
    switch (of.kind) {
        case shape::text:
            return out.string(*static_cast<std::string const*>(at));
        case shape::int32:
            return out.number(*static_cast<std::int32_t const*>(at));
        case shape::optional:
            return write(out, *of.inner, of.view(at).first);
        case shape::list: {
            auto const all = of.view(at);
            out.begin_array();
            for (std::size_t i = 0; i < all.count; ++i)
                write(out, *of.inner, static_cast<char const*>(all.first) + i * of.size);
            return out.end_array();
        }
        case shape::structure:
            out.begin_object();
            for (std::size_t i = 0; i < of.field_count; ++i) {
                field const& one = of.fields[i];
                void const* member = ACCESS(one, const_cast<void*>(at));
                if (absent(*one.of, member)) continue;
                out.key(one.name);
                write(out, *one.of, member);
            }
            return out.end_object();
    }
}
"""

OFFSET = r"""
#define ACCESS_MEMBER std::size_t offset;
#define ACCESS(f, at) static_cast<void*>(static_cast<char*>(at) + (f).offset)
#define FIELD(s, m) {#m, offsetof(s, m), &type_of<decltype(s::m)>}
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
"""
ACCESSOR = r"""
#define ACCESS_MEMBER void* (*get)(void*);
#define ACCESS(f, at) (f).get(at)
template <auto Member>
struct access;
template <class S, class M, M S::*Member>
struct access<Member> {
    static void* get(void* at) { return &(static_cast<S*>(at)->*Member); }
};
#define FIELD(s, m) {#m, access<&s::m>::get, &type_of<decltype(s::m)>}
"""


def structs(count):
    for i in range(count):
        nested = f"s{i - 1}" if i else "leaf"
        yield f"s{i}", nested


def form_types(count):
    text = COMMON + "struct leaf { std::string text; };\n"
    for name, nested in structs(count):
        text += (f"struct {name} {{ std::string name; std::optional<std::int32_t> count; "
                 f"std::vector<{nested}> list; std::optional<{nested}> one; }};\n")
    return text + f"void go(s{count - 1}& v) {{ v = s{count - 1}(); }}\n"


def form_a(count):
    text = COMMON + TEMPLATES + "struct leaf { std::string text; };\n"
    text += ("template <> struct fields<leaf> { template <class F> static bool each(F&& f) { "
             "return f(std::string_view(\"text\"), &leaf::text); } };\n")
    for name, nested in structs(count):
        text += (f"struct {name} {{ std::string name; std::optional<std::int32_t> count; "
                 f"std::vector<{nested}> list; std::optional<{nested}> one; }};\n"
                 f"template <> struct fields<{name}> {{ template <class F> static bool each(F&& f) {{ return "
                 + " || ".join(f'f(std::string_view("{m}"), &{name}::{m})' for m in ("name", "count", "list", "one"))
                 + "; } };\n")
    return text + f"bool go(reader& in, writer& out, s{count - 1}& v) {{ write(out, v); return read(in, v); }}\n"


def form_table(access, count):
    text = COMMON + access + TABLES + "struct leaf { std::string text; };\n"
    text += "template <> struct fields<leaf> { static constexpr field table[] = {FIELD(leaf, text)}; };\n"
    for name, nested in structs(count):
        text += (f"struct {name} {{ std::string name; std::optional<std::int32_t> count; "
                 f"std::vector<{nested}> list; std::optional<{nested}> one; }};\n"
                 f"template <> struct fields<{name}> {{ static constexpr field table[] = {{"
                 + ", ".join(f"FIELD({name}, {m})" for m in ("name", "count", "list", "one")) + "}; };\n")
    last = f"s{count - 1}"
    return text + (f"bool go(reader& in, writer& out, {last}& v) {{ write(out, type_of<{last}>, &v); "
                   f"return read(in, type_of<{last}>, &v); }}\n")


def seconds(command, runs):
    taken = []
    for _ in range(runs):
        before = os.times()
        subprocess.run(command, check=True)
        after = os.times()
        taken.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return statistics.median(taken)


def size(path):
    row = subprocess.run(["size", path], check=True, capture_output=True, text=True).stdout.splitlines()[1].split()
    return int(row[0]) + int(row[1])


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    forms = {"empty": COMMON, "types alone": form_types(count), "A templates": form_a(count), "B offsets": form_table(OFFSET, count),
             "C accessors": form_table(ACCESSOR, count)}
    compilers = [c for c in ("g++", "clang++-14", "clang++") if shutil.which(c)][:2]
    print(f"{count} structs, seconds above an empty unit / KB of text + data")
    print(f"{'':14}" + "".join(f"{c + ' ' + o:>20}" for c in compilers for o in ("-O0", "-O2")))
    with tempfile.TemporaryDirectory() as folder:
        base = {}
        for form, text in forms.items():
            source = os.path.join(folder, "unit.cpp")
            with open(source, "w", encoding="utf-8") as file:
                file.write(text)
            row = f"{form:14}"
            for compiler in compilers:
                for level in ("-O0", "-O2"):
                    built = os.path.join(folder, "unit.o")
                    took = seconds([compiler, "-std=c++20", level, "-c", source, "-o", built], runs)
                    base.setdefault((compiler, level), took)
                    row += f"{took - base[compiler, level]:>11.2f} /{size(built) / 1024:6.0f}"
            print(row, flush=True)


if __name__ == "__main__":
    main()
