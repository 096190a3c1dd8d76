/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay.c - main() of a fuzzer that was built without libFuzzer: gives each file of its corpus
 * (tests/fuzz/corpus/NAME of fuzz_NAME) to the reader once. So make check runs every input that
 * was ever found, with any compiler and any sanitizer.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	long len = -1;

	if (!f)
		return -1;
	if (fseek(f, 0, SEEK_END) == 0 && (len = ftell(f)) >= 0 && fseek(f, 0, SEEK_SET) == 0)
		data = malloc(len ? (size_t)len : 1); /* exact size: a stray read is seen */
	if (!data || fread(data, 1, (size_t)len, f) != (size_t)len)
		len = -1;
	fclose(f);
	if (len >= 0)
		LLVMFuzzerTestOneInput(data, (size_t)len);
	free(data);
	return len >= 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
	const char *name = argc > 0 ? strstr(argv[0], "fuzz_") : NULL;
	const char *corpus = getenv("FUZZ_CORPUS");
	char folder[4096], path[8192];
	struct dirent *e;
	unsigned n = 0;
	DIR *d;

	for (const char *next = name; next; next = strstr(next + 1, "fuzz_"))
		name = next;
	if (!name || !corpus)
		return 2;
	snprintf(folder, sizeof(folder), "%s/%s", corpus, name + strlen("fuzz_"));
	d = opendir(folder);
	while (d && (e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (replay_file(path) < 0) {
			printf("%s: cannot be read\n", path);
			return 1;
		}
		n++;
	}
	if (d)
		closedir(d);
	printf("%u inputs of %s\n", n, folder);
	return n ? 0 : 1;
}
