// vec: the dot product of two vectors of doubles, by pybind11.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>

namespace py = pybind11;

namespace {

using Vector = py::array_t<double, py::array::forcecast>;

double dot(const Vector &a, const Vector &b) {
    if (a.ndim() != 1 || b.ndim() != 1 || a.shape(0) != b.shape(0))
        throw py::value_error("two vectors of one length are required");
    const auto x = a.unchecked<1>(), y = b.unchecked<1>();
    const auto n = x.shape(0);
    double sum = 0;
    for (py::ssize_t start = 0; start < n; start += 1 << 22) {
        {
            py::gil_scoped_release released;
            for (auto i = start, end = std::min(n, start + (1 << 22)); i < end; i++)
                sum += x(i) * y(i);
        }
        if (PyErr_CheckSignals() < 0)
            throw py::error_already_set();
    }
    return sum;
}

} // namespace

PYBIND11_MODULE(vec, module) {
    module.doc() = "Products of vectors.";
    module.def("dot", &dot, "The dot product of two vectors of float64.");
}
