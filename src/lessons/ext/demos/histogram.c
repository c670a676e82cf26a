/* The demo trace-the-api: a function whose calls are shown, and one that overlooks an exception. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

// BEGIN
static PyObject *histogram(PyObject *Py_UNUSED(module), PyObject *data)
{
    Py_buffer view;
    long found[256] = {0};
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < view.len; i++)
        found[((unsigned char *)view.buf)[i]]++;
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&view);
    PyObject *counts = PyDict_New();
    for (int byte = 0; counts != NULL && byte < 256; byte++) {
        if (found[byte] == 0)
            continue;
        PyObject *key = PyLong_FromLong(byte);
        PyObject *value = PyLong_FromLong(found[byte]);
        if (key == NULL || value == NULL || PyDict_SetItem(counts, key, value) < 0)
            Py_CLEAR(counts);
        Py_XDECREF(key);
        Py_XDECREF(value);
    }
    return counts;
}

static PyObject *careless(PyObject *Py_UNUSED(module), PyObject *number)
{
    long value = PyLong_AsLong(number);
    return PyLong_FromLong(value + 1);
}
// END

static PyMethodDef methods[] = {
    {"histogram", histogram, METH_O, "How often each byte occurs."},
    {"careless", careless, METH_O, "The number and 1; does not ask whether there was an exception."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "histogram", .m_size = 0, .m_methods = methods,
};

PyMODINIT_FUNC PyInit_histogram(void)
{
    return PyModuleDef_Init(&definition);
}
