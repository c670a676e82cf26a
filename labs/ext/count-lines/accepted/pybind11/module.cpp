// textkit: lines and words of a text, by pybind11.
#include <pybind11/pybind11.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace py = pybind11;

namespace {

// std::string would take bytes, too.
std::string_view utf8(const py::str &text) {
    Py_ssize_t size = 0;
    const char *bytes = PyUnicode_AsUTF8AndSize(text.ptr(), &size);
    if (bytes == nullptr)
        throw py::error_already_set();
    return {bytes, static_cast<std::size_t>(size)};
}

py::ssize_t count_lines(const py::str &text) {
    const auto bytes = utf8(text);
    return std::count(bytes.begin(), bytes.end(), '\n');
}

// Characters are the bytes that do not go on with one.
std::size_t length_of(std::string_view line) {
    return static_cast<std::size_t>(
        std::count_if(line.begin(), line.end(), [](char byte) { return (byte & 0xc0) != 0x80; }));
}

std::string longest_line(const py::str &text) {
    auto rest = utf8(text);
    std::string_view best;
    for (;;) {
        const auto end = std::min(rest.find('\n'), rest.size());
        const auto line = rest.substr(0, end);
        if (length_of(line) > length_of(best))
            best = line;
        if (end == rest.size())
            return std::string(best);
        rest.remove_prefix(end + 1);
    }
}

// As py::iterable it would be asked for its iterator, and an exception of that be swallowed.
py::dict tally(const py::object &words) {
    py::dict counts;
    for (const py::handle word : py::iter(words)) {
        if (!py::isinstance<py::str>(word))
            throw py::type_error("words are str");
        const auto old = counts.contains(word) ? counts[word].cast<py::ssize_t>() : 0;
        counts[word] = old + 1;
    }
    return counts;
}

} // namespace

PYBIND11_MODULE(textkit, module) {
    module.doc() = "Lines and words of a text.";
    module.def("count_lines", &count_lines, "The number of newlines in a text.");
    module.def("longest_line", &longest_line, "The first of the lines with the most characters.");
    module.def("tally", &tally, "How often each word comes.");
}
