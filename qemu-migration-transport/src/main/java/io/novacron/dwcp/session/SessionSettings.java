package io.novacron.dwcp.session;

/**
 * What a session may use.
 *
 * @param receiveWindowBytes DATA payload that a peer may send ahead of delivery, per channel
 * @param outageBudgetNanos how long a session without any stream is kept
 * @param switchoverBudgetNanos the same while a guest stands still between two hosts: its source
 *     holds its main lock then and cannot even be told to abort (DESIGN 3)
 */
public record SessionSettings(
    long receiveWindowBytes, long outageBudgetNanos, long switchoverBudgetNanos) {}
