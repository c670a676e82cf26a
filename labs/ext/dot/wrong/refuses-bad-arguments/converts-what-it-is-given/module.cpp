// vec: the dot product of two vectors of doubles, by nanobind.

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <algorithm>
#include <cstdint>

namespace nb = nanobind;

namespace {

// A view of whatever has a buffer (or speaks DLPack): read-only ones are welcome, other types and shapes are not.
using Vector = nb::ndarray<const double, nb::ndim<1>, nb::device::cpu>;

// Elements between two looks at the signals: some milliseconds of work.
constexpr std::size_t piece = std::size_t{1} << 22;

double dot(const Vector &a, const Vector &b) {
    const std::size_t n = a.shape(0);
    if (n != b.shape(0))
        throw nb::value_error("the vectors differ in length");
    const double *x = a.data(), *y = b.data();
    const std::int64_t x_stride = a.stride(0), y_stride = b.stride(0); // in elements
    double sum = 0;
    for (std::size_t start = 0; start < n; start += piece) {
        const auto end = static_cast<std::int64_t>(std::min(n, start + piece));
        {
            nb::gil_scoped_release released;
            for (auto i = static_cast<std::int64_t>(start); i < end; i++)
                sum += x[i * x_stride] * y[i * y_stride];
        }
        if (PyErr_CheckSignals() < 0)
            throw nb::python_error();
    }
    return sum;
}

} // namespace

NB_MODULE(vec, module) {
    module.doc() = "Products of vectors.";
    module.def("dot", &dot, nb::arg("a"), nb::arg("b"),
               "The dot product of two vectors of float64.");
}
