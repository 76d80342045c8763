#include "wallet-cli/exit_code.h"

#include "rpc/api/error.h"

enum exit_code exit_code_of_rpc(int code)
{
	switch (code) {
	case RPC_INVALID_PARAMS:
	case RPC_METHOD_NOT_FOUND:
		return EXIT_CODE_USAGE;
	case RPC_UNAUTHENTICATED:
	case RPC_FORBIDDEN:
	case RPC_TX_NO_PERMISSION:
		return EXIT_CODE_NOT_PERMITTED;
	case RPC_NOT_READY:
		return EXIT_CODE_UNREACHABLE;
	default:
		break;
	}
	/* By the hundreds, so that a code which a later node adds ends in its family. */
	switch (code / 100) {
	case 1:
		return EXIT_CODE_NOT_FOUND;
	case 2:
		return EXIT_CODE_REFUSED;
	case 4:
		return EXIT_CODE_UNVERIFIED;
	case 6:
		return EXIT_CODE_UNKNOWN;
	default:
		return EXIT_CODE_FAILURE;
	}
}

enum exit_code exit_code_of_status(enum status status)
{
	switch (status) {
	case STATUS_OK:
		return EXIT_CODE_OK;
	case STATUS_NOT_FOUND:
	case STATUS_PRUNED:
		return EXIT_CODE_NOT_FOUND;
	case STATUS_NETWORK:
		return EXIT_CODE_UNREACHABLE;
	case STATUS_LOCKED:
		return EXIT_CODE_LOCKED;
	case STATUS_PERMISSION:
		return EXIT_CODE_NOT_PERMITTED;
	case STATUS_SHORT:
	case STATUS_TRAILING:
	case STATUS_MALFORMED:
	case STATUS_TOO_LARGE:
	case STATUS_MEMORY:
	case STATUS_STORAGE:
	case STATUS_CORRUPT:
	case STATUS_CRYPTO:
	case STATUS_BUSY:
	case STATUS_FOREIGN:
	case STATUS_EXISTS:
		break;
	}
	return EXIT_CODE_FAILURE;
}

const char *exit_code_text(int number)
{
	switch (number) {
#define EXIT_CODE_TEXT(name, value, meaning) \
	case value:                              \
		return meaning;
		EXIT_CODE_LIST(EXIT_CODE_TEXT)
#undef EXIT_CODE_TEXT
	}
	return NULL;
}
