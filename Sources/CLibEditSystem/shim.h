#if __has_include(<histedit.h>)
#include <histedit.h>
#else
#error "libedit is missing: install it with 'apt-get install libedit-dev' (Debian) and build again"
#endif
