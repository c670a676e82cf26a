// vec: the dot product of two vectors of doubles, by pybind11.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <cstring>

namespace py = pybind11;

namespace {

py::buffer_info vector_of(const py::buffer &object) {
    auto info = object.request();
    if (info.ndim != 1 || !info.item_type_is_equivalent_to<double>())
        throw py::type_error("a one-dimensional buffer of float64 is required");
    return info;
}

double element(const py::buffer_info &vector, py::ssize_t index) {
    double value;
    std::memcpy(&value, static_cast<const char *>(vector.ptr) + index * vector.strides[0], sizeof value);
    return value;
}

double dot(const py::buffer &a, const py::buffer &b) {
    const auto x = vector_of(a), y = vector_of(b);
    const auto n = x.shape[0];
    if (n != y.shape[0])
        throw py::value_error("the vectors differ in length");
    double sum = 0;
    for (py::ssize_t start = 0; start < n; start += 1 << 22) {
        {
            py::gil_scoped_release released;
            for (auto i = start, end = std::min(n, start + (1 << 22)); i < end; i++)
                sum += element(x, i) * element(y, i);
        }
        if (PyErr_CheckSignals() < 0)
            throw py::error_already_set();
    }
    return sum;
}

} // namespace

PYBIND11_MODULE(vec, module) {
    static bool is_initialised = false;
    if (is_initialised)
        throw py::import_error("vec has been initialised already");
    is_initialised = true;
    module.doc() = "Products of vectors.";
    module.def("dot", &dot, "The dot product of two vectors of float64.");
}
