// Weights of one tree, double: the active set that the tree multiplies with, and a shadow set that the next tile is loaded
// into meanwhile (array.shadow_registers). docs/timing-model.md, "Weights".
// Ports   write, word, data: writes DATA bits into word `word` of the shadow set; word 0 holds the low bits, the last word
//         may reach beyond the set and its surplus bits are dropped. DATA = LANES * K takes a tile's row in one cycle.
//         swap: the shadow set becomes active. A write in the same cycle belongs to the next tile.
//         weights: the active set, LANES codes of K bits, lane 0 in the low bits.
// With SHADOW = 0 there is one set, written in place, and swap is ignored.
// Depth   a write is in the shadow set, and a swap is visible in weights, one cycle later. Both are clock enables.
// Twin    the two packed_tile sets of dense_mac_array, models/dense_array/dense_mac_array.h
// Without the routing of a wide port's words to the trees, and zeros for lanes or trees beyond an edge tile: the loader
//         writes them.
module weight_registers #(
    parameter integer K = 4,
    parameter integer LANES = 16,
    parameter integer DATA = LANES * K,
    parameter integer SHADOW = 1,
    parameter integer WORDS = (LANES * K + DATA - 1) / DATA,  // derived: do not set
    parameter integer INDEX = WORDS > 1 ? $clog2(WORDS) : 1  // derived: do not set
) (
    input  wire               clk,
    input  wire               write,
    input  wire [  INDEX-1:0] word,
    input  wire [   DATA-1:0] data,
    input  wire               swap,
    output wire [LANES*K-1:0] weights
);
  reg [LANES*K-1:0] loaded;

  genvar w;
  generate
    for (w = 0; w < WORDS; w = w + 1) begin : words
      localparam integer BITS = (w + 1) * DATA <= LANES * K ? DATA : LANES * K - w * DATA;
      always @(posedge clk) if (write && word == w[INDEX-1:0]) loaded[w*DATA+:BITS] <= data[BITS-1:0];
    end

    if (SHADOW != 0) begin : with_shadow
      reg [LANES*K-1:0] active;
      always @(posedge clk) if (swap) active <= loaded;
      assign weights = active;
    end else begin : in_place
      assign weights = loaded;
    end
  endgenerate
endmodule
