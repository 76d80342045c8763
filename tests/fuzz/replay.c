/* Runs a fuzz target over every file of its corpus, and over the empty input, so that each
 * finding stays found in every test run. Any argument is a file or a folder. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static int run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes;
	size_t size;
	long end;

	if (!file || fseek(file, 0, SEEK_END) != 0 || (end = ftell(file)) < 0 ||
	    fseek(file, 0, SEEK_SET) != 0) {
		fprintf(stderr, "cannot read %s\n", path);
		return EXIT_FAILURE;
	}
	/* Exactly as large as the input, so that a sanitizer sees one byte too many. */
	bytes = malloc((size_t)end > 0 ? (size_t)end : 1);
	size = bytes ? fread(bytes, 1, (size_t)end, file) : 0;
	fclose(file);
	if (!bytes || size != (size_t)end) {
		free(bytes);
		fprintf(stderr, "cannot read all of %s\n", path);
		return EXIT_FAILURE;
	}
	LLVMFuzzerTestOneInput(bytes, size);
	free(bytes);
	return EXIT_SUCCESS;
}

static int run_folder(const char *path, size_t *count)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	int result = EXIT_SUCCESS;

	if (!folder) {
		*count += 1;
		return run_file(path);
	}
	while ((entry = readdir(folder))) {
		char file[4096];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
		*count += 1;
		if (run_file(file) != EXIT_SUCCESS)
			result = EXIT_FAILURE;
	}
	closedir(folder);
	return result;
}

int main(int argc, char **argv)
{
	static const uint8_t nothing[1];
	int result = EXIT_SUCCESS;
	size_t count = 0;

	LLVMFuzzerTestOneInput(nothing, 0);
	for (int i = 1; i < argc; i++)
		if (run_folder(argv[i], &count) != EXIT_SUCCESS)
			result = EXIT_FAILURE;
	printf("%zu inputs replayed\n", count);
	if (count == 0) {
		fprintf(stderr, "the corpus is empty\n");
		result = EXIT_FAILURE;
	}
	return result;
}
