// The weight registers of one tree of the array core, a row being its codes and, above them, its zero point where a variant has
// one. Which of two sets the tree multiplies with goes with the vector.
//   COPY = 1   weight_registers.sv: a swap copies the shadow set, so the new row multiplies one cycle after it. The vector
//              has a register of its own meanwhile: a stage of the pipeline.
//   COPY = 0   two sets in turn and a multiplexer: the new row multiplies in the cycle of the swap.
// Ports   write, load_set, row: a row is loaded. swap: the loaded set comes into use. set: of the vector that multiplies.
// Depth   a row can be used in the cycle after its write.        Twin  the two packed_tile sets, dense_mac_array.h
module tree_weights #(
    parameter integer ROW = 64,
    parameter integer SHADOW = 1,
    parameter integer COPY = 0
) (
    input  wire           clk,
    input  wire           write,
    input  wire           load_set,
    input  wire [ROW-1:0] row,
    input  wire           swap,
    input  wire           set,
    output wire [ROW-1:0] weights
);
  generate
    if (COPY != 0 || SHADOW == 0) begin : copied
      weight_registers #(.K(ROW), .LANES(1), .SHADOW(SHADOW)) registers (
          .clk(clk), .write(write), .word(1'b0), .data(row), .swap(swap), .weights(weights)
      );
    end else begin : in_turn
      wire [ROW-1:0] even, odd;
      weight_registers #(.K(ROW), .LANES(1), .SHADOW(0)) set_0 (
          .clk(clk), .write(write & ~load_set), .word(1'b0), .data(row), .swap(1'b0), .weights(even)
      );
      weight_registers #(.K(ROW), .LANES(1), .SHADOW(0)) set_1 (
          .clk(clk), .write(write & load_set), .word(1'b0), .data(row), .swap(1'b0), .weights(odd)
      );
      assign weights = set ? odd : even;
    end
  endgenerate
endmodule
