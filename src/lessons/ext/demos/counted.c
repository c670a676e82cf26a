/* The demo refcounts: the count of one object at each step, a leak, and one release too many. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* One step: who owns what came of it, and the count afterwards. */
static int note(PyObject *steps, const char *statement, const char *whose, PyObject *thing)
{
    PyObject *step = Py_BuildValue("(ssn)", statement, whose, Py_REFCNT(thing));
    if (step == NULL)
        return -1;
    int failed = PyList_Append(steps, step);
    Py_DECREF(step);
    return failed;
}

/* Executes a statement, and notes what has become of the count. */
#define STEP(whose, ...)                               \
    do {                                               \
        __VA_ARGS__;                                   \
        if (note(steps, #__VA_ARGS__, whose, thing) < 0) \
            goto done;                                 \
    } while (0)

/* A list of (statement, whose, count), for the object that it is given. */
static PyObject *walk(PyObject *Py_UNUSED(module), PyObject *thing)
{
    PyObject *list = NULL, *tuple = NULL, *own = NULL, *result = NULL;
    PyObject *steps = PyList_New(0);
    if (steps == NULL || note(steps, "walk(thing) is entered", "borrowed", thing) < 0)
        goto done;
    STEP("", list = PyList_New(0));
    if (list == NULL)
        goto done;
    STEP("the list's own", PyList_Append(list, thing));
    STEP("borrowed", PyList_GetItem(list, 0));
    STEP("new: ours", own = PySequence_GetItem(list, 0));
    STEP("given up", Py_CLEAR(own));
    STEP("new: ours", own = Py_NewRef(thing));
    STEP("", tuple = PyTuple_New(1));
    if (tuple == NULL)
        goto done;
    STEP("stolen: the tuple's", PyTuple_SetItem(tuple, 0, own); own = NULL);
    STEP("with the tuple", Py_CLEAR(tuple));
    STEP("with the list", Py_CLEAR(list));
    result = Py_NewRef(steps);
done:
    Py_XDECREF(own);
    Py_XDECREF(tuple);
    Py_XDECREF(list);
    Py_XDECREF(steps);
    return result;
}

/* n * n + n, by way of an object that is not needed afterwards. */
static PyObject *tidy(PyObject *Py_UNUSED(module), PyObject *number)
{
    PyObject *square = PyNumber_Multiply(number, number);
    if (square == NULL)
        return NULL;
    PyObject *sum = PyNumber_Add(square, number);
    Py_DECREF(square);
    return sum;
}

/* The same; a line is missing. */
static PyObject *leaking(PyObject *Py_UNUSED(module), PyObject *number)
{
    PyObject *square = PyNumber_Multiply(number, number);
    if (square == NULL)
        return NULL;
    return PyNumber_Add(square, number);
}

/* Gives up a reference that is the caller's. */
static PyObject *too_many(PyObject *Py_UNUSED(module), PyObject *thing)
{
    Py_DECREF(thing);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"walk", walk, METH_O, "The count of its argument, step by step."},
    {"tidy", tidy, METH_O, "n * n + n."},
    {"leaking", leaking, METH_O, "n * n + n, and an object that nobody gives up."},
    {"too_many", too_many, METH_O, "None; gives up a reference that it does not own."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "counted", .m_size = 0, .m_methods = methods,
};

PyMODINIT_FUNC PyInit_counted(void)
{
    return PyModuleDef_Init(&definition);
}
