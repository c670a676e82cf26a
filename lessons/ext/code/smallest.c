/* The smallest module that is right. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *bits(PyObject *Py_UNUSED(module), PyObject *arg)
{
    unsigned long long number = PyLong_AsUnsignedLongLong(arg);
    if (number == (unsigned long long)-1 && PyErr_Occurred())
        return NULL;
    return PyLong_FromLong(__builtin_popcountll(number));
}

static PyMethodDef methods[] = {
    {"bits", bits, METH_O, "How many bits of a number below 2**64 are set."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
#if PY_VERSION_HEX >= 0x030c0000
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#if PY_VERSION_HEX >= 0x030d0000
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "smallest",
    .m_doc = "The smallest module that is right.",
    .m_size = 0,
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit_smallest(void)
{
    return PyModuleDef_Init(&definition);
}
