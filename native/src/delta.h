/* Run coding of what differs between two versions of a page; the format is described in dwcp_kernels.h. */
#ifndef DWCP_DELTA_H
#define DWCP_DELTA_H

#include "variants.h"

/* Two versions, and how much may be written. */
struct dwcp_page_versions {
    const uint8_t *old;
    const uint8_t *current;
    size_t most_bytes;
};

/* Written from here on; the lengths are what one page added. */
struct dwcp_delta {
    uint8_t *runs;
    uint8_t *changes;
    size_t runs_bytes;
    size_t changes_bytes;
};

/* False if runs and changes would take more than most_bytes; then both lengths are 0. */
bool dwcp_write_delta(dwcp_xor_page xor_page, const struct dwcp_page_versions *versions, struct dwcp_delta *delta);

/* The runs of one page, and how many bytes of changes they stand for. */
struct dwcp_runs {
    const uint8_t *bytes;
    size_t length;
    size_t changes_bytes;
};

/* Finds the end of one page's runs in what is left; false if they leave their page or end early. */
bool dwcp_measure_runs(const uint8_t *left, size_t left_bytes, struct dwcp_runs *runs);

/* Turns the old version at page into the current one. The runs have been measured, and all their changes are there. */
void dwcp_apply_runs(const struct dwcp_runs *runs, const uint8_t *changes, uint8_t *page);

#endif
