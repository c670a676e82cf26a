#include <nanobind/nanobind.h>

#include <cstdint>

namespace nb = nanobind;

class Bytes {
public:
    explicit Bytes(nb::handle object)
    {
        if (PyObject_GetBuffer(object.ptr(), &view, PyBUF_SIMPLE) < 0)
            throw nb::python_error();
    }
    ~Bytes() { PyBuffer_Release(&view); }
    Bytes(const Bytes &) = delete;
    Bytes &operator=(const Bytes &) = delete;
    Py_buffer view;
};

static std::int64_t successor(std::int64_t number)
{
    return number + 1;
}

static std::uint64_t byte_sum(nb::object data)
{
    const Bytes held(data);
    const auto *bytes = static_cast<const unsigned char *>(held.view.buf);
    std::uint64_t total = 0;
    for (Py_ssize_t i = 0; i < held.view.len; i++)
        total += bytes[i];
    return total;
}

NB_MODULE(bound, module)
{
    module.def("successor", &successor);
    module.def("byte_sum", &byte_sum);
}
