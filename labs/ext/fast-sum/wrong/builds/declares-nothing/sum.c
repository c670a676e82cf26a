long add_up(const unsigned char *bytes, long length)
{
    long total = 0;
    for (long i = 0; i < length; i++)
        total += bytes[i];
    return total;
}
