/* Adds up Python's numbers, which may not be there. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

static PyObject *byte_sum(PyObject *Py_UNUSED(module), PyObject *data)
{
    Py_buffer view;

    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    const unsigned char *bytes = view.buf;
    PyObject *total = PyLong_FromLong(0);
    for (Py_ssize_t start = 0; start < view.len; start += 65536) {
        long part = 0;
        for (Py_ssize_t i = start; i < view.len && i < start + 65536; i++)
            part += bytes[i];
        PyObject *term = PyLong_FromLong(part), *before = total;
        total = PyNumber_Add(before, term);
        Py_DECREF(term);
        Py_DECREF(before);
    }
    PyBuffer_Release(&view);
    return total;
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
