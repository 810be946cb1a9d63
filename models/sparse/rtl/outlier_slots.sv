// The outliers of one round, dealt out to the sparse lanes, double: step k of a vector shows the k-th entry of every lane. A word of the
// stream may bring several entries for one lane, so unlike outlier_list.sv a lane has as many write ports as a word has entries.
// Ports   clear: a round begins, its set (load_set) is emptied; entries of the same cycle belong to it. write[i], to, slot, entry: a
//         lane's list takes an entry. set, step: which entries are shown; valid[l]: lane l has one.
// Depth   an entry is shown in the cycle after its write.        Twin  the registers of sparse_outlier_unit.h
// Without entries beyond LIST per lane, which a well-made stream puts into the next round: `overflow`, and they are lost.
module outlier_slots #(
    parameter integer ENTRY = 16,
    parameter integer MOST = 10,
    parameter integer SPARSE = 4,
    parameter integer LIST = 8,
    parameter integer COUNT_BITS = 16
) (
    input  wire                       clk,
    input  wire                       clear,
    input  wire                       load_set,
    input  wire [           MOST-1:0] write,
    input  wire [         MOST*8-1:0] to,
    input  wire [MOST*COUNT_BITS-1:0] slot,
    input  wire [     MOST*ENTRY-1:0] entry,
    input  wire                       set,
    input  wire [     COUNT_BITS-1:0] step,
    output wire [         SPARSE-1:0] valid,
    output wire [   SPARSE*ENTRY-1:0] shown,
    output reg                        overflow
);
  localparam integer PLACES = 2 * SPARSE * LIST;
  reg [PLACES-1:0] filled;
  reg [ENTRY-1:0] entries[0:PLACES-1];

  integer i, p;
  always @(posedge clk) begin
    overflow <= 1'b0;
    if (clear)
      for (p = 0; p < SPARSE * LIST; p = p + 1) filled[(load_set ? SPARSE * LIST : 0)+p] <= 1'b0;
    for (i = 0; i < MOST; i = i + 1)
      if (write[i]) begin
        if ({{32 - COUNT_BITS{1'b0}}, slot[i*COUNT_BITS+:COUNT_BITS]} < LIST) begin
          filled[place(load_set, {24'd0, to[i*8+:8]}, {{32 - COUNT_BITS{1'b0}}, slot[i*COUNT_BITS+:COUNT_BITS]})] <= 1'b1;
          entries[place(load_set, {24'd0, to[i*8+:8]}, {{32 - COUNT_BITS{1'b0}}, slot[i*COUNT_BITS+:COUNT_BITS]})] <= entry[i*ENTRY+:ENTRY];
        end else overflow <= 1'b1;
      end
  end

  function integer place(input which, input integer lane, input integer at);
    place = (which ? SPARSE * LIST : 0) + lane * LIST + at;
  endfunction

  genvar l;
  generate
    for (l = 0; l < SPARSE; l = l + 1) begin : lanes
      wire [31:0] at = place(set, l, {{32 - COUNT_BITS{1'b0}}, step});
      assign valid[l] = {{32 - COUNT_BITS{1'b0}}, step} < LIST & filled[at];
      assign shown[l*ENTRY+:ENTRY] = entries[at];
    end
  endgenerate
endmodule
