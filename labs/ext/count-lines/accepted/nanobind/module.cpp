// textkit: lines and words of a text, by nanobind.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string_view.h>

#include <algorithm>
#include <string_view>

namespace nb = nanobind;

namespace {

std::size_t count_lines(std::string_view text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

nb::str longest_line(const nb::str &text) {
    nb::object longest = nb::cast(std::string_view());
    // Python does the cutting, and knows what a character is; encoding refuses what is none.
    nb::object encoded = text.attr("encode")();
    for (nb::handle line : text.attr("split")("\n"))
        if (nb::len(line) > nb::len(longest))
            longest = nb::borrow(line);
    return nb::str(longest);
}

nb::dict tally(const nb::iterable &words) {
    nb::dict counts;
    for (nb::handle word : words) {
        if (!nb::isinstance<nb::str>(word))
            throw nb::type_error("words are str");
        const auto old = counts.contains(word) ? nb::cast<Py_ssize_t>(nb::object(counts[word])) : 0;
        counts[word] = old + 1;
    }
    return counts;
}

} // namespace

NB_MODULE(textkit, module) {
    module.def("count_lines", &count_lines);
    module.def("longest_line", &longest_line);
    module.def("tally", &tally);
}
