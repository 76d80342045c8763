/* A small program of somebody else's: it knows the installed header and library alone.
 *
 *     program RECEIPT POLICY [SUCCESSION]      0: it holds; 7: it does not; 1: no file */
#include <cairn_verify.h>

#include <stdio.h>
#include <stdlib.h>

static char *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	char *bytes = malloc(1 << 20);

	if (!file || !bytes) {
		fprintf(stderr, "cannot read %s\n", path);
		exit(1);
	}
	*size = fread(bytes, 1, 1 << 20, file);
	fclose(file);
	return bytes;
}

int main(int count, char **texts)
{
	size_t sizes[3] = {0};
	char *files[3] = {0};
	struct cairn_receipt *receipt;
	struct cairn_record record;
	struct cairn_facts facts;
	int result;

	if (count < 3)
		return 2;
	for (int i = 1; i < count && i <= 3; i++)
		files[i - 1] = read_file(texts[i], &sizes[i - 1]);
	receipt =
		cairn_receipt_check(files[0], sizes[0], files[1], sizes[1], files[2], sizes[2]);
	if (!receipt)
		return 1;
	result = cairn_receipt_verdict(receipt) == CAIRN_GOOD ? 0 : 7;
	printf("%s\n", cairn_receipt_verdict_name(receipt));
	if (result == 0) {
		printf("%s", cairn_receipt_sentences(receipt));
		if (cairn_receipt_facts(receipt, &facts) != 0 || facts.cosigned < facts.needed)
			result = 3;
		printf("kind %d network %s leaf %llu of %llu\n", (int)facts.kind, facts.network,
		       (unsigned long long)facts.log_index, (unsigned long long)facts.log_size);
		for (size_t i = 0; cairn_receipt_record(receipt, i, &record) == 0; i++)
			printf("record %d %llu: %.*s\n", record.has_position,
			       (unsigned long long)record.position, (int)record.value_size,
			       record.value ? (const char *)record.value : "");
	} else {
		printf("%s\n", cairn_receipt_reason(receipt));
	}
	cairn_receipt_free(receipt);
	for (int i = 0; i < 3; i++)
		free(files[i]);
	return result;
}
