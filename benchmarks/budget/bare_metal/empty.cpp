// What the C library, its start code and semihosting cost without any of the SDK.
int main() {}
