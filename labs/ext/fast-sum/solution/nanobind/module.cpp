// fastsum with nanobind. nb::ndarray is for arrays; bytes are better asked for as the C API does, once,
// in a class that gives them back.
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

    const unsigned char *begin() const { return static_cast<const unsigned char *>(view.buf); }
    const unsigned char *end() const { return begin() + view.len; }

private:
    Py_buffer view;
};

static std::uint64_t byte_sum(nb::object data)
{
    const Bytes bytes(data);
    nb::gil_scoped_release released;  // gone before `bytes` is, which needs the GIL
    std::uint64_t total = 0;
    for (unsigned char byte : bytes)
        total += byte;
    return total;
}

NB_MODULE(fastsum, module)
{
    module.def("byte_sum", &byte_sum, nb::arg("data"), "The sum of the bytes of a C-contiguous buffer.");
}
