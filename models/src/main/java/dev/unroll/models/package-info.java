/**
 * Many steps, forwards: layers over time, a network and its file, and a session for one stream, which is what a service
 * embeds. No gradients.
 */
package dev.unroll.models;
