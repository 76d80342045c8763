/* hostile-peer ADDRESS NODE_ID --genesis HASH [--times N] MISDEED
 *
 * Calls a node as a peer that knows the protocol, misbehaves, and says whether the node answered
 * as a sound one does: 0 if it did each time. --list lists the misdeeds. For nodes of one's own. */
#include "chain/base/text.h"
#include "tests/hostile/misdeeds.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS = 250 };

static _Noreturn void explain(void)
{
	fprintf(stderr, "usage: hostile-peer IPV4:PORT NODE_ID --genesis HASH [--times N] MISDEED\n"
	                "       hostile-peer --list\n");
	exit(2);
}

static int list(void)
{
	for (size_t i = 0; i < misdeed_count; i++)
		printf("%-20s %s: %s\n", misdeeds[i].name, misdeeds[i].what,
		       answer_text(misdeeds[i].expected));
	return 0;
}

static void read_hex(uint8_t *bytes, size_t size, const char *text, const char *what)
{
	if (strlen(text) == 2 * size && hex_decode(bytes, size, text_view(text)))
		return;
	fprintf(stderr, "hostile-peer: %s is %zu hex digits: %s\n", what, 2 * size, text);
	exit(2);
}

static void read_address(struct hostile_target *target, const char *text)
{
	const char *colon = strchr(text, ':');
	char host[INET_ADDRSTRLEN] = {0}, *end = NULL;
	size_t size = colon ? (size_t)(colon - text) : sizeof host;
	unsigned long port = colon ? strtoul(colon + 1, &end, 10) : 0;

	if (size < sizeof host)
		memcpy(host, text, size);
	if (port == 0 || port > UINT16_MAX || *end ||
	    inet_pton(AF_INET, host, &target->host) != 1) {
		fprintf(stderr, "hostile-peer: an address is IPV4:PORT: %s\n", text);
		exit(2);
	}
	target->port = (uint16_t)port;
}

int main(int argc, char **argv)
{
	struct hostile_target target = {0};
	const struct misdeed *misdeed = NULL;
	unsigned long times = 1, sound = 0;
	bool has_genesis = false;

	if (argc == 2 && strcmp(argv[1], "--list") == 0)
		return list();
	if (argc < 6)
		explain();
	read_address(&target, argv[1]);
	read_hex(target.id.bytes, sizeof target.id.bytes, argv[2], "a node id");
	for (int i = 3; i < argc; i++) {
		if (strcmp(argv[i], "--genesis") == 0 && i + 1 < argc) {
			read_hex(target.genesis.bytes, HASH_SIZE, argv[++i], "the hash of a genesis");
			has_genesis = true;
		} else if (strcmp(argv[i], "--times") == 0 && i + 1 < argc) {
			times = strtoul(argv[++i], NULL, 10);
		} else if (i == argc - 1) {
			misdeed = misdeed_find(argv[i]);
		}
	}
	if (!misdeed || !has_genesis || times == 0)
		explain();
	for (unsigned long i = 0; i < times; i++) {
		enum answer answer = misdeed->commit(&target, (uint8_t)(1 + i % KEYS));

		printf("%s: %s\n", misdeed->name, answer_text(answer));
		sound += answer == misdeed->expected;
	}
	return sound == times ? 0 : 1;
}
