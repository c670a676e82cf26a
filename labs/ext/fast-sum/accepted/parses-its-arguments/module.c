/* Refuses in words of its own, and in another order than most: looks first, asks for the buffer then. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

static PyObject *byte_sum(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *data;
    Py_buffer view;
    uint64_t total = 0;

    if (!PyArg_UnpackTuple(args, "byte_sum", 1, 1, &data))
        return NULL;
    if (!PyObject_CheckBuffer(data))
        return PyErr_Format(PyExc_TypeError, "byte_sum() needs a buffer, not %.200s", Py_TYPE(data)->tp_name);
    if (PyObject_GetBuffer(data, &view, PyBUF_FULL_RO) < 0) {
        PyObject *type, *value, *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        PyErr_Restore(type, value, traceback);
        return NULL;
    }
    if (!PyBuffer_IsContiguous(&view, 'C')) {
        PyBuffer_Release(&view);
        PyErr_SetString(PyExc_ValueError, "byte_sum() needs a buffer in one piece");
        return NULL;
    }
    const unsigned char *bytes = view.buf;
    PyThreadState *state = PyEval_SaveThread();
    for (Py_ssize_t i = 0; i < view.len; i++)
        total += bytes[i];
    PyEval_RestoreThread(state);
    PyBuffer_Release(&view);
    return PyLong_FromUnsignedLongLong(total);
}

static PyMethodDef methods[] = {
    {"byte_sum", byte_sum, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static int execute(PyObject *module)
{
    return PyModule_AddStringConstant(module, "__version__", "1");
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, execute},
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
