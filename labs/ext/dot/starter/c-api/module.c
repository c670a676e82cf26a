/* vec: the dot product of two vectors of doubles, by the C API.
 *
 * This starter can be imported, and is right for two short arrays that lie in memory without gaps.
 * Each TODO is a place where a promise is empty. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *dot(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    Py_buffer a, b;
    /* TODO: which buffers does "y*" take, and what does it know of their elements and strides? */
    if (!PyArg_ParseTuple(arguments, "y*y*:dot", &a, &b))
        return NULL;
    const double *x = a.buf, *y = b.buf;
    double sum = 0;
    /* TODO: what if the other one is shorter? */
    /* TODO: who else could run meanwhile, and what must hold while they do? */
    /* TODO: and if somebody presses Ctrl-C? */
    for (Py_ssize_t i = 0; i < a.len / (Py_ssize_t)sizeof *x; i++)
        sum += x[i] * y[i];
    /* TODO: what is still held here? */
    return PyFloat_FromDouble(sum);
}

static PyMethodDef methods[] = {
    {"dot", dot, METH_VARARGS, "The dot product of two vectors of float64."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "vec",
    .m_doc = "Products of vectors.",
    .m_methods = methods,
};

PyMODINIT_FUNC PyInit_vec(void)
{
    return PyModuleDef_Init(&definition);
}
