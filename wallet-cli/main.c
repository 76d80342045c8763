/* cairn: writes to and reads from a ledger of signed records. */
#include "wallet-cli/session.h"

int main(int argc, char **argv)
{
	/* A program may be started without even its own name. */
	return argc < 1 ? session_main(0, NULL)
	                : session_main(argc - 1, (const char *const *)(argv + 1));
}
