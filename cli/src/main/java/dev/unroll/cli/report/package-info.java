/** What a practitioner looks at while a network trains: numbers as CSV, pictures, and a page of both. */
package dev.unroll.cli.report;
