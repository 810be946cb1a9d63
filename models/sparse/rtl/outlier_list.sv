// A sparse lane's outliers of one round, double: the present round's are read in turn for every vector, the next one's are
// written meanwhile.
// Ports   write, slot, entry_in: one entry (value, tree and lane index; the list does not look inside) into the shadow list.
//         swap: the shadow list becomes active. read: which active entry `entry` shows, combinationally.
// Depth   as weight_registers: visible one cycle after write and swap.
// Twin    the outliers kept per tile, models/sparse/sparse_outlier_unit.h
// Without counts of entries and decoding of the stream. A tile with more than ENTRIES takes several rounds.
module outlier_list #(
    parameter integer ENTRY = 16,
    parameter integer ENTRIES = 8,
    parameter integer SLOT = ENTRIES > 1 ? $clog2(ENTRIES) : 1  // derived: do not set
) (
    input  wire             clk,
    input  wire             write,
    input  wire [ SLOT-1:0] slot,
    input  wire [ENTRY-1:0] entry_in,
    input  wire             swap,
    input  wire [ SLOT-1:0] read,
    output wire [ENTRY-1:0] entry
);
  reg [ENTRIES*ENTRY-1:0] loaded, active;

  genvar i;
  generate
    for (i = 0; i < ENTRIES; i = i + 1) begin : entries
      always @(posedge clk) if (write && slot == i[SLOT-1:0]) loaded[i*ENTRY+:ENTRY] <= entry_in;
    end
  endgenerate

  always @(posedge clk) if (swap) active <= loaded;

  // Shifting whole entries down by the bits of `read` is a tree of multiplexers.
  wire [ENTRIES*ENTRY-1:0] shown;
  generate
    for (i = 0; i <= SLOT; i = i + 1) begin : select
      wire [ENTRIES*ENTRY-1:0] rest;
      if (i == 0) assign rest = active;
      else assign rest = read[i-1] ? select[i-1].rest >> (ENTRY << (i - 1)) : select[i-1].rest;
    end
  endgenerate
  assign shown = select[SLOT].rest;
  assign entry = shown[ENTRY-1:0];
endmodule
